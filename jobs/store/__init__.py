"""The result store: uploads, stems and renditions."""
