"""The use case `doctor`: is everything in place?"""
