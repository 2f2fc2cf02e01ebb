"""Start a worker: `python -I -m photodouble.engine.worker`. Only the engine does this."""

from __future__ import annotations

from photodouble.engine.worker.start import main

if __name__ == "__main__":
    main()
