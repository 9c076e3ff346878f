using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Eden.Checkpoint.AspNetCore.Tests.Kit;

/// <summary>A client that says exactly what it is told over one connection, and may leave at any moment.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient _client = new() { ReceiveBufferSize = 4096, NoDelay = true };

    public NetworkStream Stream => _client.GetStream();

    public static async Task<RawClient> ConnectAsync(Uri address)
    {
        var client = new RawClient();
        await client._client.ConnectAsync(address.Host, address.Port);
        return client;
    }

    /// <summary>Sends a request's head as the admin.</summary>
    public Task SendHeadAsync(string method, string path, params string[] headers)
        => Stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"{method} {path} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer admin:{TestServer.AdminToken}\r\n{string.Concat(headers.Select(h => h + "\r\n"))}\r\n")).AsTask();

    /// <summary>Reads an answer's head, up to and including the empty line.</summary>
    public async Task<string> ReadHeadAsync()
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await Stream.ReadAsync(one) == 1)
        {
            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    /// <summary>Reads an answer with its length: the head, and the body as text.</summary>
    public async Task<(string Head, string Body)> ReadAnswerAsync()
    {
        var head = await ReadHeadAsync();
        var length = head.Split("\r\n").Single(line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))["Content-Length: ".Length..];
        var body = new byte[int.Parse(length, CultureInfo.InvariantCulture)];
        await Stream.ReadExactlyAsync(body);
        return (head, Encoding.UTF8.GetString(body));
    }

    /// <summary>Says that it has no more to say, and goes on listening.</summary>
    public void HalfClose() => _client.Client.Shutdown(SocketShutdown.Send);

    /// <summary>Leaves without a word: the connection is reset.</summary>
    public void Reset()
    {
        _client.LingerState = new LingerOption(true, 0);
        _client.Close();
    }

    public void Dispose() => _client.Dispose();
}
