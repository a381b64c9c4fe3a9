"""What is written down of what people did: refusals and reads."""

from homecare.audit.reads import init_app

__all__ = ["init_app"]
