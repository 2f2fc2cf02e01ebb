"""The life of a worker: limits first, then the pipes, then one order after another."""

from __future__ import annotations

import argparse
import faulthandler
import logging
import os
import signal
import sys
from pathlib import Path

from .limits import die_with_parent, keep_compiled_code, limit_memory, limit_thread_pools
from .orders import Orders
from .voice import Voice, keep_alive, take_input, take_output

logger = logging.getLogger(__name__)


def main() -> None:
    """Serve the engine until it says quit or is gone."""
    asked = _arguments()
    die_with_parent(asked.parent)
    limit_thread_pools(asked.threads)
    keep_compiled_code(asked.state)
    limit_memory(asked.memory_gb)
    if asked.gpu_memory_gb:
        os.environ["PHOTODOUBLE_GPU_MEMORY_GB"] = str(asked.gpu_memory_gb)
    voice = Voice(take_output())
    orders = Orders(take_input())
    faulthandler.enable(file=sys.stderr)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    line = f"%(asctime)s %(levelname)s worker {os.getpid()} %(name)s %(message)s"
    logging.basicConfig(stream=sys.stderr, format=line)
    logging.getLogger().handlers[0].setLevel(logging.WARNING)
    voice.say({"say": "ready", "pid": os.getpid()})
    keep_alive(voice)
    orders.listen()

    from .calls import Calls

    Calls(voice, orders, state=asked.state, threads=asked.threads, log=asked.state / "engine.log").serve()
    logging.shutdown()
    os._exit(0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="photodouble.engine.worker", description="Started by the engine.")
    parser.add_argument("--lane", default="", help="what it is for, where processes are listed")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--memory-gb", type=float, default=0.0)
    parser.add_argument("--gpu-memory-gb", type=float, default=0.0)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--parent", type=int, default=0, help="the engine, without which it ends")
    return parser.parse_args()
