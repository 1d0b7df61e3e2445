// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// What a V2 burn body has after the 132 bytes of BurnMessage.
///
///   maxFee 132..164 · feeExecuted 164..196 · expirationBlock 196..228 · hookData 228..
library BurnMessageV2 {
    uint256 private constant FIXED_LENGTH = 228;

    /// The body as it is emitted: who attests it fills in feeExecuted and expirationBlock.
    function encode(
        uint32 version,
        bytes32 burnToken,
        bytes32 mintRecipient,
        uint256 amount,
        bytes32 messageSender,
        uint256 maxFee,
        bytes calldata hookData
    ) internal pure returns (bytes memory) {
        return abi.encodePacked(
            version, burnToken, mintRecipient, amount, messageSender, maxFee, uint256(0), uint256(0), hookData
        );
    }

    function requireValid(bytes calldata body) internal pure {
        require(body.length >= FIXED_LENGTH, "Invalid burn message: too short");
    }

    function getMaxFee(bytes calldata body) internal pure returns (uint256) {
        return uint256(bytes32(body[132:164]));
    }

    function getFeeExecuted(bytes calldata body) internal pure returns (uint256) {
        return uint256(bytes32(body[164:196]));
    }

    function getExpirationBlock(bytes calldata body) internal pure returns (uint256) {
        return uint256(bytes32(body[196:228]));
    }

    function getHookData(bytes calldata body) internal pure returns (bytes calldata) {
        return body[FIXED_LENGTH:];
    }
}
