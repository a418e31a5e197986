"""What queries return: pydantic models, so that an integrator can put them on a wire."""
