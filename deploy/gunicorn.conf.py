"""How gunicorn serves the application; WEB_CONCURRENCY sets the number of processes (1 by default)."""

worker_class = "gthread"
threads = 8
control_socket_disable = True
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 0
backlog = 512
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190
accesslog = None  # The application writes its own structured log.
errorlog = "-"
loglevel = "warning"
