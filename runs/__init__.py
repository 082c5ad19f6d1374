"""Long work in many parts: on plain processes of one machine, or on a cluster of dask."""
