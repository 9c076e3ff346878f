using System.IO.Pipelines;
using Eden.Checkpoint.AspNetCore.Results;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Eden.Checkpoint.AspNetCore.Tests.Endpoints;

[TestFixture]
public class ArchiveResponseStreamTests
{
    [Test]
    public async Task A_client_that_is_gone_is_found_out_by_the_next_write_though_the_server_takes_every_byte()
    {
        var connection = new Connection();
        await using var stream = Stream(connection);
        await stream.WriteAsync(new byte[100]);
        Assert.That(connection.BytesTaken, Is.EqualTo(100));

        connection.IsGone = true;

        await Assert.ThatAsync(async () => await stream.WriteAsync(new byte[100]), Throws.InstanceOf<ConnectionAbortedException>());
    }

    [Test]
    public async Task A_client_that_left_after_the_last_write_is_found_out_by_the_flush_at_the_end()
    {
        var connection = new Connection();
        await using var stream = Stream(connection);
        await stream.WriteAsync(new byte[100]);

        connection.IsGone = true;

        await Assert.ThatAsync(() => stream.FlushAsync(), Throws.InstanceOf<ConnectionAbortedException>());
    }

    [Test]
    public async Task Nothing_begins_before_the_first_byte()
    {
        var connection = new Connection { IsGone = true };
        var context = Context(connection);
        await using var stream = new ArchiveResponseStream(context.Response, "x.tar");

        await stream.FlushAsync();

        Assert.That(context.Response.ContentType, Is.Null);
    }

    private static ArchiveResponseStream Stream(Connection connection) => new(Context(connection).Response, "x.tar");

    private static DefaultHttpContext Context(Connection connection)
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpResponseBodyFeature>(new Body(connection));
        return context;
    }

    /// <summary>A response's writer as Kestrel's is: with the client gone, writes go on to succeed, and only a flush tells.</summary>
    private sealed class Connection : PipeWriter
    {
        private readonly byte[] _memory = new byte[4096];

        public bool IsGone { get; set; }

        public int BytesTaken { get; private set; }

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            BytesTaken += source.Length;
            return default;
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => new(new FlushResult(isCanceled: false, isCompleted: IsGone));

        public override void Advance(int bytes) => BytesTaken += bytes;

        public override Memory<byte> GetMemory(int sizeHint = 0) => _memory;

        public override Span<byte> GetSpan(int sizeHint = 0) => _memory;

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }
    }

    private sealed class Body(Connection writer) : IHttpResponseBodyFeature
    {
        public Stream Stream => throw new NotSupportedException();

        public PipeWriter Writer => writer;

        public Task CompleteAsync() => Task.CompletedTask;

        public void DisableBuffering()
        {
        }

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
    }
}
