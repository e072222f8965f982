"""Models, stems and levels."""
