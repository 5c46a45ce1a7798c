"""The nightly drift job: what runs against what is meant; judged, told, mended where allowed."""
