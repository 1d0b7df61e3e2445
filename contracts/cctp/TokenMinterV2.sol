// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IMintBurnToken} from "./IMintBurnToken.sol";
import {ITokenMinterV2} from "./ITokenMinterV2.sol";
import {TokenMinter} from "./TokenMinter.sol";

/// The minter of V1, and a mint to two accounts.
contract TokenMinterV2 is ITokenMinterV2, TokenMinter {
    constructor(address _tokenController) TokenMinter(_tokenController) {}

    function mint(
        uint32 sourceDomain,
        bytes32 burnToken,
        address recipientOne,
        address recipientTwo,
        uint256 amountOne,
        uint256 amountTwo
    ) external whenNotPaused onlyLocalTokenMessenger returns (address) {
        IMintBurnToken token = IMintBurnToken(_requireMintToken(sourceDomain, burnToken));
        require(token.mint(recipientOne, amountOne), "First mint operation failed");
        require(token.mint(recipientTwo, amountTwo), "Second mint operation failed");
        return address(token);
    }
}
