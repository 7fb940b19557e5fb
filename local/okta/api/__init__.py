"""The organization's API over HTTP: routes by family, and what is common to all of them."""
