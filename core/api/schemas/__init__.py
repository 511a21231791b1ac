"""Pydantic models of the response bodies, for the OpenAPI document and for the tests."""
