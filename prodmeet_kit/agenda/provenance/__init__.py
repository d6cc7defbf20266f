"""Where numbers come from: the queries asked, and the lines that recount a number."""
