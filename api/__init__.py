"""可查: the ways in - HTTP API, portal pages, command line and the importer of a department."""
