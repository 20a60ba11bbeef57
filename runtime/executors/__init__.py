"""Code executors: the Docker sandbox comes with the code execution issue."""
