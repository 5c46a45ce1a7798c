"""egovnet: provisions and proves a national e-government MPLS backbone.

The packages in here are links to the folders of the same names at the top of the repository: that
is where people read and edit them. They are installed under this one name, so that no environment
gets packages called `tasks` or `templates`, and a link, unlike a table of names in the build
configuration, is followed alike by Python, pip's editable installs, mypy, and import-linter.
"""
