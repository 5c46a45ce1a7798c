"""Levels of protection, as GB/T 22239 counts them: 1 is the lowest, 5 the highest."""

from typing import Annotated

from pydantic import Field

#: A level of GB/T 22239.
ProtectionLevel = Annotated[int, Field(strict=True, ge=1, le=5)]
