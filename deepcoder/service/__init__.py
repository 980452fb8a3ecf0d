"""The service: a pool over HTTP, for clients without Ray and for trainers that speak another service's contract.

    app → guard → a contract: deepcoder_api, sandbox_fusion → line, batches, held → the pool

Runs: in the process of `deepcoder serve`, a client of the pool. A contract is a file with `routes(service)` and a row
of `CONTRACTS` in `app`.
"""
