"""The service over HTTP: routes by noun, under `/v1`."""
