"""How an Interlock service runs. No module here knows a business word; services bring those."""
