using SwarmPS.Daemon.Networking.Tunnel;

namespace SwarmPS.Daemon.Tests.Networking.Tunnel;

public sealed class FrameAssemblerTests
{
    private readonly FrameAssembler assembler = new();

    [Theory]
    [InlineData(1)]
    [InlineData(FramePiece.ContentMax)]
    [InlineData(FramePiece.ContentMax + 1)]
    [InlineData(65_546)]
    public void Pieces_MakeTheFrame_InWhateverOrder(int length)
    {
        var frame = Frame(length, 1);
        var pieces = Cut(frame, 1);
        new Random(length).Shuffle(pieces);
        Assert.All(pieces[..^1], piece => Assert.Empty(Add(piece)));
        Assert.Equal(frame, Add(pieces[^1]));
    }

    [Fact]
    public void Frames_MayComeMixed()
    {
        var frames = Enumerable.Range(0, 4).Select(number => Frame(4000, number)).ToList();
        var mixed = frames.SelectMany((frame, number) => Cut(frame, (uint)number)).OrderBy(piece => piece.Piece.Index).ToList();
        var whole = mixed.Select(Add).Where(frame => frame.Length > 0).ToList();
        Assert.Equal(frames, whole);
    }

    [Fact]
    public void FrameThatLacksAPiece_MakesWay_ForLaterOnes()
    {
        for (var number = 0u; number < 1000; number++)
        {
            var frame = Frame(4000, (int)number);
            var pieces = Cut(frame, number);
            Assert.Empty(Add(pieces[0]));
            Assert.Empty(Add(pieces[1]));
            if (number % 5 == 4)
                Assert.Equal(frame, Add(pieces[2]));
        }
    }

    [Fact]
    public void SamePieceTwice_IsTakenOnce()
    {
        var pieces = Cut(Frame(4000, 1), 1);
        foreach (var piece in pieces.Take(2).Concat(pieces.Take(2)))
            Assert.Empty(Add(piece));
        Assert.Equal(4000, Add(pieces[2]).Length);
    }

    [Fact]
    public void PieceThatCannotBe_IsNotRead()
    {
        Assert.NotNull(FramePiece.Read(Piece(0, 2, FramePiece.ContentMax)));
        Assert.Null(FramePiece.Read(Piece(0, 2, 100)));
        Assert.Null(FramePiece.Read(Piece(0, 0, 100)));
        Assert.Null(FramePiece.Read(Piece(1, 1, 100)));
        Assert.Null(FramePiece.Read(Piece(0, FramePiece.CountMax + 1, FramePiece.ContentMax)));
        Assert.Null(FramePiece.Read(Piece(0, 1, FramePiece.ContentMax + 1)));
        Assert.Null(FramePiece.Read(Piece(0, 1, 0)));
    }

    private static byte[] Piece(int index, int count, int content)
    {
        var bytes = new byte[FramePiece.Size + content];
        new FramePiece(1, 1, (ushort)index, (ushort)count).Write(bytes);
        return bytes;
    }

    private byte[] Add((FramePiece Piece, byte[] Content) piece) => assembler.Add(piece.Piece, piece.Content).ToArray();

    private static byte[] Frame(int length, int seed)
    {
        var frame = new byte[length];
        new Random(seed).NextBytes(frame);
        return frame;
    }

    private static (FramePiece Piece, byte[] Content)[] Cut(byte[] frame, uint number)
    {
        var contents = frame.Chunk(FramePiece.ContentMax).ToList();
        return [.. contents.Select((content, index) => (new FramePiece(4096, number, (ushort)index, (ushort)contents.Count), content))];
    }
}
