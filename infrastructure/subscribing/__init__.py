"""Subscriptions: an integrator's code gets every event once and in order."""
