namespace SwarmPS.Daemon.Networking.Tunnel;

/// <summary>Puts the frames of one sender together from their pieces, which may come in any order. A frame that lacks pieces makes way for newer ones.</summary>
internal sealed class FrameAssembler
{
    /// <summary>Frames that may be in the making at a time; what is sent together arrives together, but for networks that reorder.</summary>
    private const int FramesMax = 4;

    private readonly List<Unfinished> unfinished = [];

    /// <summary>Takes a piece and gives the frame when it is whole, until the next call; nothing before.</summary>
    public ReadOnlySpan<byte> Add(FramePiece piece, ReadOnlySpan<byte> content)
    {
        if (piece.Count == 1)
            return content;
        var frame = unfinished.Find(known => known.Network == piece.Network && known.Frame == piece.Frame && known.Count == piece.Count) ?? Begin(piece);
        if (!frame.Add(piece, content))
            return default;
        // Its buffer stays for the next frame: the list's order is that of age.
        unfinished.Remove(frame);
        unfinished.Insert(0, frame);
        return frame.Content;
    }

    private Unfinished Begin(FramePiece piece)
    {
        Unfinished frame;
        if (unfinished.Count < FramesMax && !unfinished.Exists(known => known.IsFree))
        {
            frame = new();
        }
        else
        {
            frame = unfinished.Find(known => known.IsFree) ?? unfinished[0];
            unfinished.Remove(frame);
        }
        frame.Begin(piece);
        unfinished.Add(frame);
        return frame;
    }

    private sealed class Unfinished
    {
        private readonly byte[] buffer = GC.AllocateUninitializedArray<byte>(FramePiece.CountMax * FramePiece.ContentMax);
        private ulong missing;
        private int length;

        public uint Network { get; private set; }

        public uint Frame { get; private set; }

        public ushort Count { get; private set; }

        public bool IsFree => missing == 0;

        public ReadOnlySpan<byte> Content => buffer.AsSpan(0, length);

        public void Begin(FramePiece piece)
        {
            (Network, Frame, Count, length) = (piece.Network, piece.Frame, piece.Count, 0);
            missing = (1ul << piece.Count) - 1;
        }

        /// <summary>Takes a piece and tells whether it was the last that was missing.</summary>
        public bool Add(FramePiece piece, ReadOnlySpan<byte> content)
        {
            var bit = 1ul << piece.Index;
            if ((missing & bit) == 0)
                return false;
            missing &= ~bit;
            content.CopyTo(buffer.AsSpan(piece.Index * FramePiece.ContentMax));
            length += content.Length;
            return missing == 0;
        }
    }
}
