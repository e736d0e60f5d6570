"""Optimisers and schedules of their rates, over optax."""

__all__: list[str] = []
