"""What pyproject.toml cannot say: the shipped run lies outside the package in a checkout."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["dga", "dga.*"]), "dga.shipped"],
    package_dir={"dga.shipped": "models/shipped"},
)
