"""Who works on the devices: threads of this process, or the regions' workers."""

#: Nornir runners by name; "celery" hands hosts to the workers of their regions.
THREADED, CELERY = RUNNERS = ("threaded", "celery")
#: Devices worked on at the same time where nobody says how many: all of them, but no more than
#: these. Each is a thread that waits for its device, and a session.
MOST_AT_ONCE = 100
#: ... and where thousands are read one after the other, by `drift` and by a region's worker.
READ_AT_ONCE = 20
