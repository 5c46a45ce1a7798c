"""The nightly drift job: what runs against what is meant, judged, told and, where allowed, mended."""
