"""A register of applications for the reference network: the taxation department's."""

APPLICATIONS = """\
filing:
  name: Tax filing
  owner: taxation
  vpn: taxation
  level: 2
  servers: [10.2.21.16/28, "fde9:2:21::/80"]
  protocol: tcp
  ports: [443, "8000-8010"]
names:
  name: Names of the department
  owner: taxation
  vpn: taxation
  level: 2
  servers: [10.2.21.53/32]
  protocol: udp
  ports: [53]
  users: {regions: [sichuan]}
"""
