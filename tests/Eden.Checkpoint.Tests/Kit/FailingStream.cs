namespace Eden.Checkpoint.Tests.Kit;

/// <summary>Gives some bytes, then fails: a connection that breaks.</summary>
internal sealed class FailingStream(byte[] bytes, int failsAfter) : MemoryStream(bytes)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        => Position >= failsAfter
            ? throw new EndOfStreamException("the wire broke")
            : base.ReadAsync(buffer[..(int)Math.Min(buffer.Length, failsAfter - Position)], cancellationToken);
}
