"""What holds for the whole product: walls, routes, fields, headers, history, time and sizes."""
