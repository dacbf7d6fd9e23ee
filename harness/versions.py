"""Which versions of packages are installed, without importing them."""

from importlib.metadata import PackageNotFoundError, version


def installed(package: str) -> str:
    """A package's version; "none" where it is not there."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
