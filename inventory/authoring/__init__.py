"""Writing an inventory: skeletons, schemas for editors, the manual of fields, further entries.

All of it is made from the models, so that a new field is in it by itself.
"""
