"""The door: commands for planners, inspectors and the committee."""
