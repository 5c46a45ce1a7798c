"""An inventory at one moment, and three-way merges of such moments."""
