"""What ties the engine together: renderer, offline render, demo; threads, bounded queues."""
