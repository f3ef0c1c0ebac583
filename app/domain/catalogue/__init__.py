"""Courses, their editions and versions, modules, questions and programmes."""
