"""A worker: one process that takes orders from the engine on its input and answers on its output."""
