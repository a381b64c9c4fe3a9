"""Whom a patient asks for."""
