"""Declared records: those that differ from others in their fields and states alone are declared, not written out.

A service says where they belong (:class:`chassis.register.tables.Home`) and what each is (:class:`chassis.register.declared.Declared`);
its own actions and routes serve all of them alike.
"""
