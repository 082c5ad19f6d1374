"""The window: weizhan in a browser of this machine, for people who type no commands."""
