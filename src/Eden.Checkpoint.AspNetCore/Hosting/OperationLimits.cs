using Eden.Checkpoint.AspNetCore.Results;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Eden.Checkpoint.AspNetCore.Hosting;

/// <summary>What may be under way at once in this process: exports, imports, and bytes of uploads. Thread-safe.</summary>
internal sealed class OperationLimits(IOptions<EdenCheckpointOptions> options)
{
    private readonly Lock _gate = new();
    private readonly long _mostBytes = options.Value.MaxSpooledUploadBytes ?? long.MaxValue;
    private long _bytes;

    public OperationLimit Exports { get; } = new(options.Value.MaxConcurrentExports, "exports");

    public OperationLimit Imports { get; } = new(options.Value.MaxConcurrentImports, "imports");

    /// <summary>Reserves room for bytes of an upload before they are spooled.</summary>
    /// <param name="held">How many bytes the same upload has reserved already.</param>
    /// <param name="more">How many more it needs.</param>
    /// <exception cref="BadHttpRequestException">The upload alone is longer than all may be; answered with 413.</exception>
    /// <exception cref="ServerBusyException">Others take too much of it.</exception>
    public void Reserve(long held, long more)
    {
        if (more > _mostBytes - held)
        {
            throw new BadHttpRequestException($"The upload is longer than {_mostBytes} bytes, which all uploads together may have.", StatusCodes.Status413PayloadTooLarge);
        }

        lock (_gate)
        {
            if (more > _mostBytes - _bytes)
            {
                throw new ServerBusyException("The uploads under way take as much room as they may. Try again later.");
            }

            _bytes += more;
        }
    }

    /// <summary>Releases the bytes that an upload had reserved.</summary>
    public void Release(long held)
    {
        lock (_gate)
        {
            _bytes -= held;
        }
    }
}
