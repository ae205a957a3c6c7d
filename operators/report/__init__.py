"""The report: values read from the store in, one self-contained Chinese page or table out."""
