"""The register: what was earned, as it was when it was earned."""
