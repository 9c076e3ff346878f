using Eden.Checkpoint.AspNetCore.Hosting;

namespace Eden.Checkpoint.AspNetCore.Results;

/// <summary>The server has as much to do as its options allow; answered with 503 and <c>Retry-After</c>.</summary>
internal sealed class ServerBusyException(string message) : Exception(message);
