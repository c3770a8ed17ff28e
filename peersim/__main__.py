"""`python -m peersim` is `peersim`."""

from peersim.cli import app

if __name__ == "__main__":
    app()
