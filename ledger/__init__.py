"""The write side: what may be said, who may say it, and how it becomes a chained, durable event.

Pure core: ``vocabulary``, ``errors``, ``codes``, ``catalogue``, ``domain/``, ``admission``, ``chain``. Shell:
``store/``, ``signer``, ``application``, ``sequencer``, ``home``. The shell imports the core, never the reverse. HTTP
and pages may not live here.
"""
