using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>Stands between a client and a PostgreSQL server on loopback, and loses the server's answer to the first COMMIT: the server has
/// committed, the client cannot know.</summary>
internal sealed class PostgresProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _serverPort;
    private readonly Task _accepting;
    private int _lost;

    public PostgresProxy(int serverPort)
    {
        _serverPort = serverPort;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Gets or sets a value indicating whether nobody gets through any more once the answer was lost.</summary>
    public bool StaysDown { get; set; }

    public bool HasLost => Volatile.Read(ref _lost) > 0;

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync()));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }

        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            if (StaysDown && HasLost)
            {
                return;
            }

            using var server = new TcpClient { NoDelay = true };
            await server.ConnectAsync(IPAddress.Loopback, _serverPort);
            client.NoDelay = true;
            var isLosing = new StrongBox<bool>();
            var answers = CopyAnswersAsync(server.GetStream(), client.GetStream(), isLosing);
            await CopyQuestionsAsync(client.GetStream(), server.GetStream(), isLosing);
            if (isLosing.Value)
            {
                // Until the server has answered: then it has committed.
                await answers;
                client.Close();
            }

            server.Close();
            await answers;
        }
    }

    private static async Task CopyAnswersAsync(NetworkStream server, NetworkStream client, StrongBox<bool> isLosing)
    {
        var buffer = new byte[1 << 16];
        try
        {
            for (int count; (count = await server.ReadAsync(buffer)) > 0 && !Volatile.Read(ref isLosing.Value);)
            {
                await client.WriteAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // One of the two went away, and the other follows.
        }
    }

    private async Task CopyQuestionsAsync(NetworkStream client, NetworkStream server, StrongBox<bool> isLosing)
    {
        var buffer = new byte[1 << 16];
        try
        {
            for (int count; !isLosing.Value && (count = await client.ReadAsync(buffer)) > 0;)
            {
                Volatile.Write(ref isLosing.Value, buffer.AsSpan(0, count).IndexOf("COMMIT\0"u8) >= 0 && Interlocked.CompareExchange(ref _lost, 1, 0) == 0);
                await server.WriteAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // One of the two went away, and the other follows.
        }
    }
}
