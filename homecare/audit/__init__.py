"""The record of refusals and reads."""

from homecare.audit.reads import init_app

__all__ = ["init_app"]
