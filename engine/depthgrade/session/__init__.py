"""What ties the engine together: renderer, offline render, demo clip; threads and bounded queues."""
