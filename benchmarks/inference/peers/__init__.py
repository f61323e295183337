"""Other ways to serve the same network, each a program for an environment of its own.

Each is started as ``python PEER.py PORT FOLDER``, with the network's files in the folder, and listens on the loopback
address. All but ``predict`` run the LiteRT file that our service runs, so that what differs is the serving.
"""
